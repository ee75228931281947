/// Aggregate functions: what is kept of a group, and what it comes to. One file for each family.
@NullMarked
package io.pgtrickle.dataflow.aggregate;

import org.jspecify.annotations.NullMarked;
