import {
  type Condition,
  conditionsSchema,
  defineResource,
  type JsonSchema,
} from '@fairlead/kube-core'

interface DatabaseSpec {
  replicas: number
  password?: string
  shards?: string[]
}

interface DatabaseStatus {
  observedGeneration?: number
  readyReplicas?: number
  conditions?: Condition[]
}

const text = { type: 'string' }
const spec: JsonSchema<DatabaseSpec> = {
  type: 'object',
  required: ['replicas'],
  properties: {
    replicas: { type: 'integer', minimum: 0 },
    password: text,
    shards: { type: 'array', items: text },
  },
}
const status: JsonSchema<DatabaseStatus> = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer' },
    readyReplicas: { type: 'integer' },
    conditions: conditionsSchema,
  },
}

/** The kind that the operators of these tests are for. */
export const Database = defineResource({
  group: 'databases.example.com',
  version: 'v1',
  kind: 'Database',
  plural: 'databases',
  description: 'A database.',
  spec,
  status,
})
