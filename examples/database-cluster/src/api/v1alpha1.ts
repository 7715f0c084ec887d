import { defineResource, jsonSchema } from '@fairlead/kube-core'
import { type Static, Type } from 'typebox'

import { names } from './names.ts'
import { statusSchema } from './v1beta1.ts'

const spec = Type.Object({
  size: Type.Integer({ default: 3 }),
  version: Type.String({ default: '17' }),
  production: Type.Boolean({ default: false }),
  storage: Type.String({ default: '10Gi' }),
})

export const v1alpha1 = defineResource({
  ...names,
  version: 'v1alpha1',
  deprecated: true,
  spec: jsonSchema<Static<typeof spec>>(spec),
  status: statusSchema,
})
