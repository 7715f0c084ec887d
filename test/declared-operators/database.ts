import { type Condition, defineResource, type JsonSchema } from '@fairlead/kube-core'

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
const condition = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: text,
    observedGeneration: { type: 'integer' },
  },
}
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
    conditions: {
      type: 'array',
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
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
