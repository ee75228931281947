/// Compares a view with its query.
@NullMarked
package io.pgtrickle.cli.verify;

import org.jspecify.annotations.NullMarked;
