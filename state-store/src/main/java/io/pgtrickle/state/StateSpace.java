package io.pgtrickle.state;

/// The arrangements of one owner (a view), kept and dropped together. Owned by one thread at a time; handing it over must
/// happen-before its next use.
public interface StateSpace {

    /// Unique in its store.
    String name();

    /// The arrangement with the given number, empty where it was never written.
    ///
    /// @param ordinal from 0 to 65,535
    Arrangement arrangement(int ordinal);

    /// Writes what is pending to disk outside of any checkpoint, not atomically: a crash may leave a part of it. Only for a space that no checkpoint has named yet, such as that
    /// of a view that is being populated.
    void flush();

    /// Lets a space that a checkpoint has named be flushed until one names it again. Its owner must have made durable before that what is on disk
    /// isn't to be gone on with.
    void release();

    /// Forgets what is pending, so that the space is as the last checkpoint, or flush, left it. Cursors and what was read before are void.
    void revert();

    /// The bytes written since the last checkpoint or flush: what memory they hold.
    long pendingBytes();

    /// An estimate of the bytes kept on disk.
    long storedBytes();
}
