/// `pgtrickle bench`: the benchmarks of docs/benchmarks.md on a PostgreSQL of their own, each beside its yardstick.
@NullMarked
package io.pgtrickle.cli.bench;

import org.jspecify.annotations.NullMarked;
