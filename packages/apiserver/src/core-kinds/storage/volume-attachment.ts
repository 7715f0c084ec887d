import { checkDnsSubdomain, deepEqual, goQuote, GoSyntax } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt, type Fields } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, Place } from '../shared/place.ts'
import { validateDriverName, validatePersistentVolumeSpec } from '../shared/volume-spec.ts'

const metadataBytesMax = 256 * 1024
const messageBytesMax = 1024
const oneSource = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

/** As Kubernetes' VolumeAttachment strategy and validation. */
export const volumeAttachmentRules: KindRules = {
  group: 'storage.k8s.io',
  plural: 'volumeattachments',
  statusKeeps: [['spec'], ['metadata']],
  columns: [
    {
      ...textColumn('Attacher', 'The driver', (each) => textAt(recordAt(each, 'spec'), 'attacher')),
      format: 'name',
    },
    textColumn('PV', 'The volume', (each) => {
      return textAt(recordAt(recordAt(each, 'spec'), 'source'), 'persistentVolumeName')
    }),
    textColumn('Node', 'The node', (each) => textAt(recordAt(each, 'spec'), 'nodeName')),
    {
      ...textColumn('Attached', 'Whether it is attached', (each) => {
        return recordAt(each, 'status')['attached'] === true
      }),
      type: 'boolean',
    },
  ],
  writeRules: {
    validate: (attachment, previous) =>
      errorsOf(attachment, (root) => {
        validateAttachment(root)
        if (previous === undefined) validateStrictly(root, root.within('spec'))
        else validateChange(root, previous)
      }),
  },
}

/** As ValidateVolumeAttachment. */
function validateAttachment(root: Place): void {
  const spec = root.within('spec')
  spec.requireText('attacher')
  validateSource(spec.within('source'))
  spec.problems('nodeName', checkDnsSubdomain(spec.text('nodeName')), spec.text('nodeName'))
  validateStatus(root.within('status'))
}

/** As ValidateVolumeAttachmentUpdate, which validates the whole once more. */
function validateChange(root: Place, previous: Fields): void {
  validateAttachment(root)
  const spec = root.within('spec')
  if (deepEqual(spec.fields, previous['spec'])) return
  root.invalid('spec', 'field is immutable', goSpec(spec))
}

/** As `%#v` shows it: where its parts are in memory, which is nowhere here. */
function goSpec(spec: Place): GoSyntax {
  const source = spec.within('source')
  const pointer = (type: string, field: string): string =>
    `(*${type})(${source.has(field) ? '0xc000000000' : 'nil'})`
  return new GoSyntax(
    `storage.VolumeAttachmentSpec{Attacher:${goQuote(spec.text('attacher'))}, ` +
      `Source:storage.VolumeAttachmentSource{PersistentVolumeName:${pointer('string', 'persistentVolumeName')}, ` +
      `InlineVolumeSpec:${pointer('core.PersistentVolumeSpec', 'inlineVolumeSpec')}}, ` +
      `NodeName:${goQuote(spec.text('nodeName'))}}`,
  )
}

function validateSource(source: Place): void {
  const inline = source.at('inlineVolumeSpec')
  const isNamed = source.has('persistentVolumeName')
  if (inline === undefined && !isNamed) source.required('', oneSource)
  else if (inline !== undefined && isNamed) source.forbidden('', oneSource)
  else if (inline !== undefined) validatePersistentVolumeSpec(inline, { inline: true })
  else source.requireText('persistentVolumeName', 'must specify non empty persistentVolumeName')
}

/** What only `v1` asks of a new one, as ValidateVolumeAttachmentV1. */
function validateStrictly(root: Place, spec: Place): void {
  validateDriverName(new Place(spec.fields, 'spec', root.found), 'attacher')
  const source = spec.within('source')
  if (!source.has('persistentVolumeName')) return
  const name = source.text('persistentVolumeName')
  source.problems('persistentVolumeName', checkDnsSubdomain(name), name)
}

function validateStatus(status: Place): void {
  const metadata = Object.entries(status.textMap('attachmentMetadata'))
  const bytes = metadata.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  if (bytes > metadataBytesMax) status.tooLong('attachmentMetadata', metadataBytesMax)
  for (const field of ['attachError', 'detachError']) {
    const error = status.at(field)
    if (error === undefined) continue
    // The real server tells of another limit than it has.
    if (Buffer.byteLength(error.text('message')) > messageBytesMax) {
      error.tooLong('message', metadataBytesMax)
    }
  }
}
