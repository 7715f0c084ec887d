import type { JsonObject } from '@fairlead/base'
import { Checking, type Violation } from './checking.ts'
import { readSchema } from './read-schema.ts'
import type { SchemaNode } from './schema-node.ts'

/**
 * A JSON Schema 2020-12 that may come from a caller: reading it runs no code of its own, and a value is
 * checked in bounded time, whatever the schema. References lead within the schema. `format` and the
 * other annotations say nothing about a value; a keyword that would, and is not known here, is refused.
 */
export class JsonSchema {
  readonly #root: SchemaNode

  private constructor(root: SchemaNode) {
    this.#root = root
  }

  /** Throws `SchemaUnusable` for what is no schema, or cannot be enforced. */
  static read(schema: JsonObject): JsonSchema {
    return new JsonSchema(readSchema(schema))
  }

  /**
   * Why a value does not fit; empty where it does, and at most eight reasons. Throws `CheckTooCostly`
   * where that cannot be known within bounds.
   */
  violations(value: unknown): readonly Violation[] {
    return new Checking().violations(this.#root, value)
  }
}
