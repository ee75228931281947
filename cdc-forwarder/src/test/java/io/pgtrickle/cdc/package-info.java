@NullMarked
package io.pgtrickle.cdc;

import org.jspecify.annotations.NullMarked;
