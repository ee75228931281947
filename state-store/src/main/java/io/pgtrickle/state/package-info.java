/// State that survives: arrangements on RocksDB, checkpoints, the memory budget.
@NullMarked
package io.pgtrickle.state;

import org.jspecify.annotations.NullMarked;
