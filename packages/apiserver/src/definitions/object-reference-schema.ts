import type { StructuralSchema } from '@fairlead/kube-core'

import { atomic, object, text } from './schema-builder.ts'

/** A reference to any object, as events and service accounts hold it. */
export const objectReference: StructuralSchema = atomic(
  object('A reference to an object.', {
    apiVersion: text('API version of the object.'),
    kind: text('Kind of the object.'),
    namespace: text('Namespace of the object.'),
    name: text('Name of the object.'),
    uid: text('UID of the object.'),
    resourceVersion: text('The version that is meant, if one is.'),
    fieldPath: text('The part of the object that is meant, if not all of it.'),
  }),
)
