/** Who is there, and who is typing: what is known only while somebody is connected. */
package io.carillon.presence;
