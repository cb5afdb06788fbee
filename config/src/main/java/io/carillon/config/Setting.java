package io.carillon.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one setting where its value lives: on the record component that holds it. What is
 * written here is read by the loader, by the table in the README and by every message about a wrong
 * value, so none of them can tell a different story.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {

  /** The name in the environment, {@code CARILLON_…}. */
  String key();

  /**
   * The value when no source has one, written as an operator would write it. {@code ${KEY}} stands
   * for another setting's value. Empty: none.
   */
  String byDefault() default "";

  /** The smallest value allowed, itself included; empty: no lower limit. */
  String min() default "";

  /** The largest value allowed, itself included; empty: no upper limit. */
  String max() default "";

  /** What the number counts ({@code bytes}, {@code messages}); empty where the type says it. */
  String unit() default "";

  /** What it does, in one sentence without a full stop. */
  String help();
}
