/// Scalar expressions: as data, and compiled to evaluators over a row.
@NullMarked
package io.pgtrickle.dataflow.expression;

import org.jspecify.annotations.NullMarked;
