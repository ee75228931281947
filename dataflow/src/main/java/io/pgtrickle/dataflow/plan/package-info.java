/// What to compute: the logical plan, as data.
@NullMarked
package io.pgtrickle.dataflow.plan;

import org.jspecify.annotations.NullMarked;
