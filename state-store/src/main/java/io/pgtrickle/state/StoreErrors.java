package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// RocksDB's and the file system's errors as ours: by status code, never by text.
final class StoreErrors {

    private StoreErrors() {}

    /// While opening, what contradicts the store's own files is corruption. RocksDB's "path not found" has no name in Java:
    /// its sub-code arrives as undefined.
    static PgtrickleException opening(RocksDBException e) {
        Status status = e.getStatus();
        boolean missingFile =
                status != null
                        && status.getCode() == Status.Code.IOError
                        && status.getSubCode() == Status.SubCode.Undefined;
        return missingFile
                ? failure(ErrorCode.STATE_CORRUPT, "opening", e)
                : of("opening", e, ErrorCode.STATE_CORRUPT);
    }

    /// In an open store an argument that RocksDB refuses is a bug of ours.
    static PgtrickleException of(String doing, RocksDBException e) {
        return of(doing, e, ErrorCode.INTERNAL);
    }

    private static PgtrickleException of(String doing, RocksDBException e, ErrorCode refused) {
        Status status = e.getStatus();
        if (status == null) {
            return failure(refused, doing, e);
        }
        return switch (status.getCode()) {
            case Corruption -> failure(ErrorCode.STATE_CORRUPT, doing, e);
            case IOError,
                    Incomplete,
                    ShutdownInProgress,
                    TimedOut,
                    Aborted,
                    Busy,
                    Expired,
                    TryAgain ->
                    outage(status, doing, e);
            case Ok, NotFound, NotSupported, InvalidArgument, MergeInProgress, Undefined ->
                    failure(refused, doing, e);
        };
    }

    private static PgtrickleException outage(Status status, String doing, RocksDBException e) {
        PgtrickleException failure = failure(ErrorCode.STATE_IO, doing, e);
        return status.getSubCode() == Status.SubCode.NoSpace
                ? failure.withHint("make room on the disk of the state directory")
                : failure;
    }

    private static PgtrickleException failure(ErrorCode code, String doing, RocksDBException e) {
        return PgtrickleException.of(code, doing + " the state store failed: " + e.getMessage(), e);
    }

    static PgtrickleException of(String doing, IOException e) {
        return PgtrickleException.of(ErrorCode.STATE_IO, doing + " failed: " + e, e);
    }
}
