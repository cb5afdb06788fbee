/**
 * A black-box test of everything that reaches or leaves a node: clients that record what they asked
 * for and what they got, and a checker that compares both with what is stored. It knows the
 * published contract only, so it runs against any node that can be reached over HTTP.
 */
package io.carillon.check;
