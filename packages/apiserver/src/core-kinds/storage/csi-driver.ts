import { deepEqual, goStrings, type GoSyntax } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, textsAt, type Fields } from '../../definitions/fields.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, type Place } from '../shared/place.ts'

const expirationSecondsMin = 600

/** As Kubernetes' CSIDriver strategy, defaults and validation. */
export const csiDriverRules: KindRules = {
  group: 'storage.k8s.io',
  plural: 'csidrivers',
  allColumns: [
    nameColumn,
    flagColumn('AttachRequired', 'attachRequired'),
    flagColumn('PodInfoOnMount', 'podInfoOnMount'),
    flagColumn('StorageCapacity', 'storageCapacity'),
    textColumn('TokenRequests', 'Audiences of tokens that it gets', (driver) => {
      const requests = recordsAt(recordAt(driver, 'spec'), 'tokenRequests')
      if (requests.length === 0) return '<unset>'
      return requests.map((request) => textAt(request, 'audience')).join(',')
    }),
    flagColumn('RequiresRepublish', 'requiresRepublish'),
    textColumn('Modes', 'Kinds of volumes that it has', (driver) => {
      return textsAt(recordAt(driver, 'spec'), 'volumeLifecycleModes').join(',') || '<none>'
    }),
    ageColumn,
  ],
  writeRules: {
    defaults(driver) {
      const spec = fieldsWithin(driver, 'spec')
      spec['attachRequired'] ??= true
      spec['podInfoOnMount'] ??= false
      spec['storageCapacity'] ??= false
      spec['fsGroupPolicy'] ??= 'ReadWriteOnceWithFSType'
      spec['requiresRepublish'] ??= false
      spec['seLinuxMount'] ??= false
      if (textsAt(spec, 'volumeLifecycleModes').length === 0) {
        spec['volumeLifecycleModes'] = ['Persistent']
      }
    },
    validate: (driver) => errorsOf(driver, (root) => validateSpec(root.within('spec'))),
    prepareForUpdate(driver, previous) {
      // As in the real server, a new driver has no generation yet.
      if (deepEqual(driver['spec'], previous['spec'])) return
      driver.metadata.generation = (previous.metadata.generation ?? 0) + 1
    },
    validateUpdate: (driver, previous) => [
      ...immutableErrors(named(driver), named(previous), 'spec', ['attachedRequired']),
      ...immutableErrors(
        recordAt(driver, 'spec'),
        recordAt(previous, 'spec'),
        'spec',
        ['volumeLifecycleModes'],
        goModes,
      ),
    ],
  },
}

/** The real server writes the name of one field in another way. */
function named(driver: Fields): Fields {
  const spec = recordAt(driver, 'spec')
  return { ...spec, attachedRequired: spec['attachRequired'] }
}

function goModes(modes: unknown): GoSyntax {
  return goStrings(modes as readonly string[] | undefined, '[]storage.VolumeLifecycleMode')
}

function validateSpec(spec: Place): void {
  if (!spec.has('attachRequired')) spec.required('attachedRequired')
  spec.oneOf('fsGroupPolicy', ['File', 'None', 'ReadWriteOnceWithFSType'])
  const audiences = new Set<string>()
  for (const request of spec.each('tokenRequests')) {
    const audience = request.text('audience')
    if (audiences.has(audience)) {
      request.duplicate('audience', audience)
      continue
    }
    audiences.add(audience)
    const seconds = request.optionalNumber('expirationSeconds')
    if (seconds === undefined) continue
    if (seconds < expirationSecondsMin) {
      const detail = 'may not specify a duration less than 10 minutes'
      request.invalid('expirationSeconds', detail)
    }
    if (seconds > 2 ** 32) {
      const detail = 'may not specify a duration larger than 2^32 seconds'
      request.invalid('expirationSeconds', detail)
    }
  }
  for (const mode of spec.texts('volumeLifecycleModes')) {
    const modes = ['Persistent', 'Ephemeral']
    if (!modes.includes(mode)) spec.unsupported('volumeLifecycleModes', modes, mode)
  }
}

function flagColumn(name: string, field: string) {
  const column = textColumn(name, `What ${field} says`, (driver) => {
    return recordAt(driver, 'spec')[field] === true
  })
  return { ...column, type: 'boolean' }
}
