/// From PostgreSQL's analysed query tree to the plan.
@NullMarked
package io.pgtrickle.planner;

import org.jspecify.annotations.NullMarked;
