/// Slot, publication, pgoutput decoding, steps of whole transactions, snapshots.
@NullMarked
package io.pgtrickle.cdc;

import org.jspecify.annotations.NullMarked;
