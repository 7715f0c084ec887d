import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineResource } from './define-resource.ts'
import type { StandardJsonSchema } from './json-schema.ts'
import { validateCustomResourceDefinition } from './validate-definition.ts'

interface DatabaseSpec {
  engine: 'postgres' | 'mysql'
  replicas: number
  labels?: Record<string, string>
  backup: { schedule: string } | null
  users: { name: string }[]
}

/**
 * As zod 4.4 writes `z.object({engine: z.enum(['postgres', 'mysql']), replicas:
 * z.int().min(1).default(3), labels: z.record(z.string(), z.string()).optional(), backup:
 * z.object({schedule: z.string()}).nullable(), users: z.array(z.object({name: z.string()})).meta({…})})`.
 */
const written = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    engine: { type: 'string', enum: ['postgres', 'mysql'] },
    replicas: { default: 3, type: 'integer', minimum: 1, maximum: 9007199254740991 },
    labels: {
      type: 'object',
      propertyNames: { type: 'string' },
      additionalProperties: { type: 'string' },
    },
    backup: {
      anyOf: [
        {
          type: 'object',
          properties: { schedule: { type: 'string' } },
          required: ['schedule'],
          additionalProperties: false,
        },
        { type: 'null' },
      ],
    },
    users: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' } },
        required: ['name'],
        additionalProperties: false,
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
  },
  required: ['engine', 'replicas', 'backup', 'users'],
  additionalProperties: false,
}

const schema: StandardJsonSchema<DatabaseSpec> = {
  '~standard': { jsonSchema: { output: () => written } },
}

describe('a schema of a library', () => {
  const database = defineResource({
    group: 'databases.example.com',
    version: 'v1',
    kind: 'Database',
    plural: 'databases',
    description: 'A database.',
    spec: schema,
  })

  it('becomes structural', () => {
    expect(database.schema.properties?.['spec']).toEqual({
      type: 'object',
      properties: {
        engine: { type: 'string', enum: ['postgres', 'mysql'] },
        replicas: { default: 3, type: 'integer', minimum: 1, maximum: 9007199254740991 },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        backup: {
          type: 'object',
          properties: { schedule: { type: 'string' } },
          required: ['schedule'],
          nullable: true,
        },
        users: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      },
      required: ['engine', 'backup', 'users'],
    })
    expect(validateCustomResourceDefinition(database.crd)).toEqual([])
  })

  it('gives the kind the type of its values', () => {
    type Database = NonNullable<typeof database._object>
    expectTypeOf<Database['spec']>().toEqualTypeOf<DatabaseSpec>()
  })
})
