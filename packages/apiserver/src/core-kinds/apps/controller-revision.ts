import { deepEqual, GoSyntax, parseApiVersion, type KubernetesObject } from '@fairlead/kube-core'
import { isJsonObject } from '@fairlead/base'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'

/** As the strategy and the validation of ControllerRevisions in Kubernetes. */
export const controllerRevisionRules: KindRules = {
  group: 'apps',
  plural: 'controllerrevisions',
  columns: [
    textColumn('Controller', 'The object that the revision is of', controllerOf),
    {
      ...textColumn('Revision', 'Its number', (revision) => revision['revision'] ?? 0),
      type: 'integer',
    },
  ],
  writeRules: {
    validate: (revision, previous) =>
      errorsOf(revision, (root) => {
        root.notNegative('revision')
        if (previous === undefined) validateData(root)
        else if (!deepEqual(revision['data'], previous['data'])) {
          root.invalid('data', 'field is immutable', goRawExtension(revision['data']))
        }
      }),
  },
}

function validateData(root: Place): void {
  if (!root.has('data')) root.required('data', 'data is mandatory')
  else if (!isJsonObject(root.fields['data'])) {
    root.required('data', 'data must be a valid JSON object')
  }
}

/** As `%#v` shows JSON of any kind. */
function goRawExtension(data: unknown): GoSyntax {
  const text = data === undefined || data === null ? '' : JSON.stringify(data)
  const bytes = [...Buffer.from(text)].map((byte) => `0x${byte.toString(16)}`).join(', ')
  const raw = text === '' ? '[]uint8(nil)' : `[]uint8{${bytes}}`
  return new GoSyntax(`runtime.RawExtension{Raw:${raw}, Object:runtime.Object(nil)}`)
}

function controllerOf(revision: KubernetesObject): string {
  const owner = revision.metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (owner === undefined) return '<none>'
  const { group } = parseApiVersion(owner.apiVersion)
  const kind = owner.kind.toLowerCase()
  return `${group === '' ? kind : `${kind}.${group}`}/${owner.name}`
}
