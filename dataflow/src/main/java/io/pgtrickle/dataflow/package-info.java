/// The circuit: plans, expressions and operators on Z-sets. Knows neither SQL text, nor JDBC, nor RocksDB.
@NullMarked
package io.pgtrickle.dataflow;

import org.jspecify.annotations.NullMarked;
