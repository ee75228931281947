package io.pgtrickle.state;

/// How far a space has come. The ordinals of the middle two are on disk.
enum Standing {
    /// In memory only.
    MADE,
    /// On disk, as far as it was flushed; no checkpoint vouches for it.
    FLUSHED,
    /// On disk, as of a checkpoint.
    CHECKPOINTED,
    /// Gone.
    DROPPED
}
