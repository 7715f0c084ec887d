import type { StructuralSchema } from '@fairlead/kube-core'

import {
  atomic,
  flag,
  integer,
  keyedList,
  list,
  moment,
  object,
  set,
  text,
  textMap,
} from './schema-builder.ts'

const ownerReference = atomic(
  object(
    'Names an object that owns this one; when all owners are gone, this object is deleted too.',
    {
      apiVersion: text('API version of the owner.'),
      kind: text('Kind of the owner.'),
      name: text('Name of the owner.'),
      uid: text('UID of the owner.'),
      controller: flag('Whether this owner is the controller that manages the object.'),
      blockOwnerDeletion: flag(
        'Whether a foreground deletion of the owner waits until this object is gone.',
      ),
    },
    { required: ['apiVersion', 'kind', 'name', 'uid'] },
  ),
)

const managedFieldsEntry = object('The fields that one writer manages.', {
  manager: text('Name of the writer.'),
  operation: text('How it wrote: Apply or Update.'),
  apiVersion: text('API version of the object in which the fields are named.'),
  time: moment('When the entry last changed.'),
  fieldsType: text('Always FieldsV1.'),
  fieldsV1: {
    type: 'object',
    description: 'The set of fields, as a tree.',
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-map-type': 'atomic',
  },
  subresource: text('The subresource through which it wrote.'),
})

/** `metadata` of every object. */
export const objectMeta: StructuralSchema = object(
  'Standard metadata that every stored object has.',
  {
    name: text('Unique within the namespace (or the cluster) and immutable.'),
    generateName: text('A prefix from which the server makes a unique name when name is empty.'),
    namespace: text('The namespace that the object lives in; immutable.'),
    uid: text('Identifies this object in time and space; set by the server.'),
    resourceVersion: text('Opaque version of the object, for concurrency control and watches.'),
    generation: integer('Counts the changes of the desired state; set by the server.', {
      format: 'int64',
    }),
    selfLink: text('No longer set.'),
    creationTimestamp: moment('When the object was created; set by the server.'),
    deletionTimestamp: moment('When deletion was requested; set by the server.'),
    deletionGracePeriodSeconds: integer('Seconds the object may take to end gracefully.', {
      format: 'int64',
    }),
    labels: textMap('Keys and values to organise and select objects by.'),
    annotations: textMap('Keys and values that tools store with the object.'),
    finalizers: set(
      'Must be empty before the object is removed; each entry is removed by who added it.',
      { type: 'string' },
    ),
    ownerReferences: keyedList('Objects that this object depends on.', ['uid'], ownerReference),
    managedFields: list('Which writer manages which fields.', managedFieldsEntry),
  },
)

/** The fields that stand at the top of every kind. */
export const typeFields = {
  apiVersion: text('The versioned schema of this representation of an object.'),
  kind: text('The kind of resource that this object represents.'),
} as const
