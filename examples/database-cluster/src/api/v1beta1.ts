import { type Condition, conditionsSchema, defineResource, jsonSchema } from '@fairlead/kube-core'
import { type Static, Type } from 'typebox'

import { names } from './names.ts'

const spec = Type.Object({
  replicas: Type.Integer({ default: 3, description: 'How many databases run.' }),
  minReplicas: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Production is scaled below only by who may.' }),
  ),
  version: Type.String({ default: '17', description: 'The version of PostgreSQL.' }),
  environment: Type.Enum(['development', 'production'], { type: 'string', default: 'development' }),
  storage: Type.String({ default: '10Gi', description: 'What each replica has.' }),
})

const status = Type.Object({
  phase: Type.Optional(
    Type.Enum(['Creating', 'Running', 'Failed', 'Deleting'], { type: 'string' }),
  ),
  replicas: Type.Optional(Type.Integer()),
  readyReplicas: Type.Optional(Type.Integer()),
  endpoint: Type.Optional(Type.String({ description: 'Where it can be reached.' })),
  observedGeneration: Type.Optional(Type.Integer()),
  conditions: Type.Optional(Type.Unsafe<Condition[]>(conditionsSchema)),
})

export const statusSchema = jsonSchema<Static<typeof status>>(status)

export const v1beta1 = defineResource({
  ...names,
  version: 'v1beta1',
  spec: jsonSchema<Static<typeof spec>>(spec),
  status: statusSchema,
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
})
