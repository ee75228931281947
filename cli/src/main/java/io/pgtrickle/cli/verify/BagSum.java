package io.pgtrickle.cli.verify;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/// A sum over a bag of byte strings that doesn't depend on their order: SHA-256 hashes cut to 128 bits and added up
/// (AdHash; Bellare and Micciancio, "A New Paradigm for Collision-free Hashing", 1997). Bags that differ have equal sums
/// with a chance of 2⁻¹²⁸, short of somebody who seeks such rows.
///
/// There is one sum for each of 65,536 values of the hash's first two bytes, so that bags of millions of rows are compared in
/// 2 MB, and a difference is narrowed down to buckets small enough to be looked at row by row. Mutable, for one thread.
final class BagSum {

    static final int BUCKETS = 1 << 16;

    private final long[] high = new long[BUCKETS];
    private final long[] low = new long[BUCKETS];
    private final MessageDigest sha = sha256();
    private long count;

    /// The bucket of a byte string, which any `BagSum` gives alike.
    int bucket(byte[] image, int length) {
        byte[] hash = hash(image, length);
        return bucketOf(hash);
    }

    void add(byte[] image, int length) {
        byte[] hash = hash(image, length);
        int bucket = bucketOf(hash);
        long addend = longAt(hash, 8);
        long sum = low[bucket] + addend;
        long carry = Long.compareUnsigned(sum, addend) < 0 ? 1 : 0;
        low[bucket] = sum;
        high[bucket] += longAt(hash, 16) + carry;
        count++;
    }

    long count() {
        return count;
    }

    /// The buckets in which the bags differ, up to a limit.
    List<Integer> differences(BagSum other, int limit) {
        List<Integer> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS && buckets.size() < limit; i++) {
            if (high[i] != other.high[i] || low[i] != other.low[i]) {
                buckets.add(i);
            }
        }
        return buckets;
    }

    private byte[] hash(byte[] image, int length) {
        sha.update(image, 0, length);
        return sha.digest();
    }

    private static int bucketOf(byte[] hash) {
        return (hash[0] & 0xff) << 8 | (hash[1] & 0xff);
    }

    private static long longAt(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << Byte.SIZE | (bytes[offset + i] & 0xff);
        }
        return value;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
