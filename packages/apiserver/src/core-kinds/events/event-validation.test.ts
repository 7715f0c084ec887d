import { fieldErrorMessage } from '@fairlead/kube-core'
import { expect, it } from 'vitest'

import { validateEventChange } from './event-validation.ts'

it('says what an event keeps as a real server shows it', () => {
  const before = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'g' },
    eventTime: '2026-01-02T03:04:05.123456Z',
    reportingComponent: 'a.b/c',
    reportingInstance: 'i',
    action: 'A',
    reason: 'R',
    type: 'Normal',
    involvedObject: { kind: 'Pod', name: 'x', namespace: 'g' },
  }
  const after = {
    ...before,
    eventTime: '2026-01-02T03:04:06.120000Z',
    reason: 'Q',
    involvedObject: { kind: 'Pod', name: 'y', namespace: 'g', uid: 'u' },
    related: { kind: 'Node' },
    source: { component: 'c' },
    firstTimestamp: '2026-01-02T03:04:05Z',
    count: 3,
  }
  const fixed = 'field is immutable'
  expect(validateEventChange(after, before).map(fieldErrorMessage)).toEqual([
    `involvedObject: Invalid value: core.ObjectReference{Kind:"Pod", Namespace:"g", Name:"y", UID:"u", APIVersion:"", ResourceVersion:"", FieldPath:""}: ${fixed}`,
    `reason: Invalid value: "Q": ${fixed}`,
    `source: Invalid value: core.EventSource{Component:"c", Host:""}: ${fixed}`,
    `firstTimestamp: Invalid value: 2026-01-02 03:04:05 +0000 UTC: ${fixed}`,
    `count: Invalid value: 3: ${fixed}`,
    `reason: Invalid value: "Q": ${fixed}`,
    `eventTime: Invalid value: 2026-01-02 03:04:06.12 +0000 UTC: ${fixed}`,
    `related: Invalid value: core.ObjectReference{Kind:"Node", Namespace:"", Name:"", UID:"", APIVersion:"", ResourceVersion:"", FieldPath:""}: ${fixed}`,
  ])
})
