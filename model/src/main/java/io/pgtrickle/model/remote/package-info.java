/// Functions that PostgreSQL evaluates for us: what is asked of it, and who asks.
@NullMarked
package io.pgtrickle.model.remote;

import org.jspecify.annotations.NullMarked;
