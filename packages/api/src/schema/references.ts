import { Type, type Static } from 'typebox'
import { object, text } from './fields.ts'
import { namespaceName, objectName } from './formats.ts'

/** A reference to another of our objects, by name. */
export function reference(description: string) {
  return object(description, {
    name: objectName('Name of the object.'),
    namespace: Type.Optional(
      namespaceName(
        'Namespace of the object. Defaults to the same namespace; another namespace must permit it with a ReferenceGrant.',
      ),
    ),
  })
}

/** A reference to one key of a Secret. */
export function secretReference(description: string, options: { defaultKey: string }) {
  return object(description, {
    name: objectName('Name of the Secret.'),
    namespace: Type.Optional(
      namespaceName(
        'Namespace of the Secret. Defaults to the same namespace; another namespace must permit it with a ReferenceGrant.',
      ),
    ),
    key: text(`Key in the Secret's data. Defaults to ${options.defaultKey}.`, {
      min: 1,
      max: 253,
      pattern: '^[-._a-zA-Z0-9]+$',
      default: options.defaultKey,
    }),
  })
}

export type Reference = Static<ReturnType<typeof reference>>
export type SecretReference = Static<ReturnType<typeof secretReference>>
