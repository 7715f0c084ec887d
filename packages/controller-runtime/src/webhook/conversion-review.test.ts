import { silentLogger } from '@fairlead/base'
import { defineResource, defineVersions, type JsonSchema } from '@fairlead/kube-core'
import { describe, expect, test } from 'vitest'

import { RecordingLogger } from '../testing/recording-logger.ts'
import { answerConversionReview, type ConvertedKind } from './conversion-review.ts'

const names = { group: 'jobs.example.com', kind: 'ExternalJob', plural: 'externaljobs' }
const schemaOf = <T>(field: string) =>
  ({ type: 'object', properties: { [field]: { type: 'string' } } }) as JsonSchema<T>
const define = <T>(version: string, field: string) =>
  defineResource({ ...names, version, description: 'A job.', spec: schemaOf<T>(field) })

const jobs = defineVersions(
  {
    v1: define<{ runAt: string }>('v1', 'runAt'),
    v2: define<{ scheduleAt: string }>('v2', 'scheduleAt'),
    v3: define<{ deferredAt: string }>('v3', 'deferredAt'),
  },
  {
    storage: 'v2',
    convert: {
      v1: {
        toHub: ({ spec: { runAt } }) => {
          if (runAt === 'never') throw new Error('a job must run at some time')
          if (runAt === 'broken') throw new TypeError('the password is 1234')
          return { spec: { scheduleAt: runAt } }
        },
        fromHub: ({ spec: { scheduleAt } }) => ({ spec: { runAt: scheduleAt } }),
      },
      v3: {
        toHub: ({ spec: { deferredAt } }) => ({ spec: { scheduleAt: deferredAt } }),
        fromHub: ({ spec: { scheduleAt } }) => ({ spec: { deferredAt: scheduleAt } }),
      },
    },
  },
)

const job = (version: string, spec: object, name = 'obj-1') => ({
  apiVersion: `jobs.example.com/${version}`,
  kind: 'ExternalJob',
  metadata: { name, namespace: 'default', uid: 'u-1', labels: { kept: 'yes' } },
  spec,
})

async function convert(
  objects: readonly unknown[],
  desired: string,
  { kinds = [jobs] as readonly ConvertedKind[], logger = silentLogger, onPanic = () => {} } = {},
) {
  const request = { uid: 'r-1', desiredAPIVersion: desired, objects }
  const review = { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request }
  const signal = new AbortController().signal
  const { body } = await answerConversionReview(review, kinds, { logger, signal, onPanic })
  expect(body).toMatchObject({ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1' })
  return body?.['response']
}

const failure = (message: string) => ({ uid: 'r-1', result: { status: 'Failure', message } })

describe('objects of a kind', () => {
  // controller-runtime pkg/webhook/conversion/conversion_test.go: "should convert spoke to hub
  // successfully", "… hub to spoke …", "… spoke to spoke …"
  test.each([
    ['spoke to hub', job('v1', { runAt: '10am' }), 'v2', { scheduleAt: '10am' }],
    ['hub to spoke', job('v2', { scheduleAt: '10am' }), 'v1', { runAt: '10am' }],
    ['spoke to spoke', job('v1', { runAt: '10am' }), 'v3', { deferredAt: '10am' }],
  ])('are converted from %s', async (_name, object, version, spec) => {
    expect(await convert([object], `jobs.example.com/${version}`)).toEqual({
      uid: 'r-1',
      convertedObjects: [job(version, spec)],
      result: { status: 'Success' },
    })
  })

  test('keep their order, however many there are', async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      job(
        index % 2 === 0 ? 'v1' : 'v3',
        { [index % 2 === 0 ? 'runAt' : 'deferredAt']: `${index}` },
        `job-${index}`,
      ),
    )
    const { convertedObjects } = (await convert(many, 'jobs.example.com/v2')) as {
      convertedObjects: unknown[]
    }
    expect(convertedObjects).toEqual(
      many.map((_, index) => job('v2', { scheduleAt: `${index}` }, `job-${index}`)),
    )
  })
})

describe('a failure is told', () => {
  // controller-runtime pkg/webhook/conversion/conversion_test.go: "should return error when dest/src
  // objects belong to different API groups", "… are of same type", "… does not have a hub defined"
  test.each([
    [
      'other groups',
      'apps/v1',
      job('v1', { runAt: '1' }),
      'ExternalJob "default/obj-1" of jobs.example.com/v1 and apps/v1 do not belong to the same API group',
    ],
    [
      'the same version',
      'jobs.example.com/v1',
      job('v1', { runAt: '1' }),
      'ExternalJob "default/obj-1" of jobs.example.com/v1 is to be converted into the version that it has',
    ],
    [
      'a version that is not there',
      'jobs.example.com/v9',
      job('v1', { runAt: '1' }),
      'ExternalJob "default/obj-1" of jobs.example.com/v1 cannot be converted into jobs.example.com/v9: there is no such version',
    ],
    [
      'a kind that nobody converts',
      'jobs.example.com/v2',
      { ...job('v1', {}), kind: 'InternalJob' },
      'InternalJob "default/obj-1" of jobs.example.com/v1: no conversion of this kind is registered',
    ],
    [
      'something that is no object',
      'jobs.example.com/v2',
      'x',
      'an object to convert has no apiVersion, kind or metadata',
    ],
    [
      'a conversion that refuses',
      'jobs.example.com/v2',
      job('v1', { runAt: 'never' }),
      'a job must run at some time',
    ],
  ])('%s', async (_name, desired, object, message) => {
    const good = job('v1', { runAt: '1' }, 'good')
    expect(await convert([good, object], desired)).toEqual(
      desired === 'jobs.example.com/v2'
        ? failure(message)
        : expect.objectContaining({ uid: 'r-1' }),
    )
    expect(await convert([object], desired)).toEqual(failure(message))
  })

  // controller-runtime pkg/webhook/conversion/conversion_test.go: "should return error on panic in conversion"
  test('without what only the author can mend, which is logged and counted', async () => {
    const logger = new RecordingLogger()
    let panics = 0
    const onPanic = () => (panics += 1)
    const broken = [job('v1', { runAt: 'broken' })]
    expect(await convert(broken, 'jobs.example.com/v2', { logger, onPanic })).toEqual(
      failure('internal error occurred during conversion'),
    )
    expect(panics).toBe(1)
    expect(logger.lines).toMatchObject([
      {
        level: 'error',
        fields: { requestID: 'r-1', err: { message: 'the password is 1234' } },
      },
    ])
  })

  test.each([
    ['name', { name: 'other' }],
    ['namespace', { namespace: 'other' }],
    ['uid', { uid: 'u-2' }],
  ])('a conversion that changes the %s', async (field, changed) => {
    const wrong: ConvertedKind = {
      crd: jobs.crd,
      convert: (object) => ({
        ...object,
        apiVersion: 'jobs.example.com/v2',
        metadata: { ...object.metadata, ...changed },
      }),
    }
    expect(await convert([job('v1', {})], 'jobs.example.com/v2', { kinds: [wrong] })).toEqual(
      failure(
        `ExternalJob "default/obj-1" of jobs.example.com/v1: its conversion changes metadata.${field}; only labels and annotations may change`,
      ),
    )
  })

  test('a conversion into another version than the one that was asked for', async () => {
    const wrong: ConvertedKind = { crd: jobs.crd, convert: (object) => object }
    expect(await convert([job('v1', {})], 'jobs.example.com/v2', { kinds: [wrong] })).toEqual(
      failure(
        'ExternalJob "default/obj-1" of jobs.example.com/v1 was converted into ExternalJob of jobs.example.com/v1, not into ExternalJob of jobs.example.com/v2',
      ),
    )
  })
})

// conversion.go: a review that cannot be read is a bad request.
test.each([
  [undefined],
  [{}],
  [{ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1' }],
  [{ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v2', request: {} }],
])('%j is no review', async (review) => {
  const signal = new AbortController().signal
  const answer = await answerConversionReview(review, [], {
    logger: silentLogger,
    signal,
    onPanic: () => {},
  })
  expect(answer).toEqual({ code: 400 })
})
