/// JMH benchmarks: cost per changed row against the size of the state.
@NullMarked
package io.pgtrickle.benchmarks;

import org.jspecify.annotations.NullMarked;
