/// What PostgreSQL's types mean: equality, order, canonical keys and images of values. One record for each family.
@NullMarked
package io.pgtrickle.model.type;

import org.jspecify.annotations.NullMarked;
