import { silentLogger } from '@fairlead/base'
import { describe, expect, test } from 'vitest'

import { allOf } from './admission-handler.ts'
import { admissionRequestFrom, type AdmissionRequest } from './admission-request.ts'
import { allowed, denied, patched } from './admission-response.ts'

const request: AdmissionRequest = {
  ...admissionRequestFrom({ operation: 'CREATE', object: { metadata: {} } }),
  log: silentLogger,
  signal: new AbortController().signal,
}
const always = () => allowed()
const withWarnings = () => allowed(['careful', 'deprecated'])
const never = () => denied('no')
const add = (name: string) => () => patched([{ op: 'add', path: `/${name}`, value: 1 }])

describe('handlers one after the other', () => {
  // controller-runtime pkg/webhook/admission/multi_test.go: "should deny the request if any handler
  // denies the request", "should not return any patches if the request is denied"
  test('deny if one denies, without patches', async () => {
    expect(await allOf(always, never)(request)).toEqual(denied('no'))
    expect(await allOf(add('a'), never, add('b'))(request)).toEqual(denied('no'))
  })

  // controller-runtime pkg/webhook/admission/multi_test.go: "should allow the request if all handlers
  // allow the request", "should show the warnings if all handlers allow the request"
  test('allow if all allow, with all warnings', async () => {
    expect(await allOf(always, always)(request)).toMatchObject({ allowed: true, patch: [] })
    expect(await allOf(withWarnings, always, withWarnings)(request)).toMatchObject({
      allowed: true,
      warnings: ['careful', 'deprecated', 'careful', 'deprecated'],
    })
  })

  // controller-runtime pkg/webhook/admission/multi_test.go: "should produce all patches if the
  // requests are all allowed"
  test('change the object in their order', async () => {
    expect(await allOf(add('a'), always, add('b'))(request)).toMatchObject({
      patch: [
        { op: 'add', path: '/a', value: 1 },
        { op: 'add', path: '/b', value: 1 },
      ],
    })
  })

  test('see what those before them changed, so that no patch undoes another', async () => {
    const counting = allOf(add('a'), ({ object }) =>
      patched([{ op: 'replace', path: '/a', value: Number(object?.['a']) + 1 }]),
    )
    expect((await counting(request)).patch?.at(-1)).toMatchObject({ value: 2 })
    expect(request.object).toEqual({ metadata: {} })
  })
})
