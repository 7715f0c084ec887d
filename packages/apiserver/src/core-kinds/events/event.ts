import type { KubernetesObject } from '@fairlead/kube-core'

import { decodeMessage } from '../../decoding/decode-message.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalRecordAt, recordAt, textAt } from '../../definitions/fields.ts'
import { humanAge } from '../../definitions/human-duration.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateEvent, validateEventChange, validateNewEvent } from './event-validation.ts'

/**
 * Events are stored in the core form and served in two: as `v1` and, with different field names, as
 * `events.k8s.io/v1`.
 */

/** Fields of the core form and their names in `events.k8s.io/v1`. */
const renamedFields: readonly (readonly [core: string, renamed: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
]

/** Fields of an object reference. */
const objectReferenceFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
]

const ageColumn = (
  name: string,
  description: string,
  when: (event: KubernetesObject) => unknown,
  priority = 0,
) => textColumn(name, description, (event, nowMs) => humanAge(when(event), nowMs), priority)

export const coreEventRules: KindRules = {
  group: '',
  plural: 'events',
  nameRule: 'path-segment',
  selectableFields: [
    ...objectReferenceFields.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  selectableValue: (event, path) => (path === 'source' ? reporterOf(event) : undefined),
  allColumns: eventColumns((event) => event),
  writeRules: { validate: (event) => validateEvent(event, 'reportingComponent') },
}

export const eventRules: KindRules = {
  group: 'events.k8s.io',
  plural: 'events',
  storageResource: 'events',
  storageApiVersion: 'v1',
  nameRule: 'path-segment',
  selectableFields: [
    ...objectReferenceFields.map((field) => `regarding.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
  allColumns: eventColumns(toStored),
  conversion: { toServed, toStored },
  writeRules: {
    validate(event, previous) {
      const core = toStored({ ...event })
      const found = validateEvent(core, 'reportingController')
      return previous === undefined
        ? [...found, ...validateNewEvent(core)]
        : [...found, ...validateEventChange(core, toStored({ ...previous }))]
    },
  },
}

function toServed(stored: KubernetesObject): KubernetesObject {
  return rename(stored, 'events.k8s.io/v1', 'io.k8s.api.events.v1.Event', renamedFields)
}

function toStored(served: KubernetesObject): KubernetesObject {
  const back = renamedFields.map(([core, renamed]) => [renamed, core] as const)
  return rename(served, 'v1', 'io.k8s.api.core.v1.Event', back)
}

/** What Go always writes of one type, it may leave out of the other. */
function rename(
  from: KubernetesObject,
  apiVersion: string,
  type: string,
  fields: readonly (readonly [string, string])[],
): KubernetesObject {
  const renamed: KubernetesObject = { ...from, apiVersion }
  for (const [name, newName] of fields) {
    delete renamed[name]
    if (from[name] !== undefined) renamed[newName] = from[name]
  }
  const { object } = decodeMessage(type, renamed)
  return { ...object, apiVersion, kind: from.kind, metadata: from.metadata }
}

function eventColumns(coreForm: (event: KubernetesObject) => KubernetesObject) {
  const core = (event: KubernetesObject): KubernetesObject => coreForm({ ...event })
  return [
    ageColumn('Last Seen', 'When the event was last seen', (event) => lastSeen(core(event))),
    textColumn('Type', 'Normal or Warning', (event) => event['type'] ?? ''),
    textColumn('Reason', 'Why', (event) => event['reason'] ?? ''),
    textColumn('Object', 'What the event is about', (event) => objectOf(core(event))),
    textColumn(
      'Subobject',
      'The part that the event is about',
      (event) => recordAt(core(event), 'involvedObject')['fieldPath'] ?? '',
      1,
    ),
    textColumn('Source', 'Who reported it', (event) => sourceOf(core(event)), 1),
    textColumn('Message', 'What happened', (event) => {
      return textAt(core(event), 'message').trim()
    }),
    ageColumn('First Seen', 'When the event was first seen', (event) => firstSeen(core(event)), 1),
    {
      ...textColumn('Count', 'How often it has happened', (event) => countOf(core(event)), 1),
      type: 'integer',
    },
    textColumn('Name', 'The name of the event', ({ metadata }) => metadata.name ?? '', 1),
  ]
}

function firstSeen(event: KubernetesObject): unknown {
  return event['firstTimestamp'] ?? event['eventTime']
}

function lastSeen(event: KubernetesObject): unknown {
  const series = optionalRecordAt(event, 'series')
  if (series !== undefined) return series['lastObservedTime'] ?? undefined
  return event['lastTimestamp'] ?? firstSeen(event)
}

function countOf(event: KubernetesObject): unknown {
  const series = optionalRecordAt(event, 'series')
  if (series !== undefined) return series['count'] ?? 0
  return event['count'] || 1
}

/** Who the event is about; one without a name is shown by its kind alone. */
function objectOf(event: KubernetesObject): string {
  const about = recordAt(event, 'involvedObject')
  const name = textAt(about, 'name')
  return textAt(about, 'kind').toLowerCase() + (name === '' ? '' : `/${name}`)
}

function sourceOf(event: KubernetesObject): string {
  const name = reporterOf(event)
  const host = textAt(recordAt(event, 'source'), 'host') || textAt(event, 'reportingInstance')
  return host === '' ? name : `${name}, ${host}`
}

function reporterOf(event: KubernetesObject): string {
  return textAt(recordAt(event, 'source'), 'component') || textAt(event, 'reportingComponent')
}
