/// Checks of a database and a role.
@NullMarked
package io.pgtrickle.cli.doctor;

import org.jspecify.annotations.NullMarked;
