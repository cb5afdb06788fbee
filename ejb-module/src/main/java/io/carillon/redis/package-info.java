/**
 * What several nodes share through Redis. Redis is an accelerator: it may be away, empty or late at
 * any time, and nothing that was acknowledged is lost by it. The only code that knows Jedis.
 */
package io.carillon.redis;
