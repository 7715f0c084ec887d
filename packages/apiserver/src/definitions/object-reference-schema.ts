import type { StructuralSchema } from '@fairlead/kube-core'

import { atomic, object, text } from './schema-builder.ts'

/** A reference to any object, as used by events and service accounts. */
export const objectReference: StructuralSchema = atomic(
  object('A reference to an object.', {
    apiVersion: text('API version of the object.'),
    kind: text('Kind of the object.'),
    namespace: text('Namespace of the object.'),
    name: text('Name of the object.'),
    uid: text('UID of the object.'),
    resourceVersion: text('The specific version that is referenced, if any.'),
    fieldPath: text('The part of the object that is referenced, if not all of it.'),
  }),
)
