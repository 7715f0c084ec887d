import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import {
  createClient,
  loadKubeConfig,
  Manager,
  webhookConfigurations,
} from '@fairlead/controller-runtime'
import { checkRoundTrips } from '@fairlead/kube-core'
import { Job } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { CronJob, type CronJobSpec, cronJobs } from '../src/cron-job.ts'
import { setup } from '../src/operator.ts'

const key = { namespace: 'default', name: 'report' }
const jobTemplate: CronJobSpec['jobTemplate'] = {
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'report', image: 'example.com/report' }],
      },
    },
  },
}

let undo: AsyncDisposableStack
let clock: FakeClock
let environment: TestEnvironment
let client: ReturnType<typeof createClient>

beforeEach(async () => {
  undo = new AsyncDisposableStack()
  clock = new FakeClock(Date.parse('2026-01-01T00:00:30Z'))
  environment = undo.use(await TestEnvironment.start({ clock, crds: [cronJobs.crd] }))
  const config = loadKubeConfig({ text: environment.kubeconfig() })
  client = createClient(config, { logger: silentLogger })
  undo.defer(() => client.close())

  const manager = new Manager({ config, clock, logger: silentLogger, webhookServer: false })
  setup(manager)
  environment.answerWebhooks((path, review) => manager.webhooks.review(path, review))
  const { mutating, validating } = webhookConfigurations(manager.webhooks.registered)
  for (const configuration of [mutating, validating]) {
    if (configuration !== undefined) await environment.install(configuration)
  }
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  undo.defer(async () => {
    stop.abort()
    await running
  })
})
afterEach(() => undo.disposeAsync())

function create(spec: Partial<CronJobSpec> = {}) {
  return client.create(CronJob, {
    apiVersion: 'batch.example.com/v1',
    kind: 'CronJob',
    metadata: key,
    spec: { schedule: '*/5 * * * *', jobTemplate, ...spec },
  })
}

const jobs = async () => (await client.list(Job, { namespace: 'default' })).items
const namesOfJobs = async () => (await jobs()).map(({ metadata }) => metadata.name)
const statusNow = async () => (await client.get(CronJob, key)).status

/** The names of Jobs end in the seconds since the epoch. */
const jobAt = (time: string) => `report-${Date.parse(`2026-01-01T${time}:00Z`) / 1000}`

describe('the operator', () => {
  it('creates a Job at each moment of the schedule', async () => {
    await create()
    await expect.poll(statusNow).toEqual({ active: [], nextScheduleTime: '2026-01-01T00:05:00Z' })
    await untilNextRun(4.5 * 60_000)
    await expect.poll(namesOfJobs).toEqual([jobAt('00:05')])
    await expect.poll(statusNow).toEqual({
      active: [jobAt('00:05')],
      lastScheduleTime: '2026-01-01T00:05:00Z',
      nextScheduleTime: '2026-01-01T00:10:00Z',
    })
    await untilNextRun(5 * 60_000)
    await expect.poll(namesOfJobs).toEqual([jobAt('00:05'), jobAt('00:10')])
  })

  it('starts a run that was forbidden when the last one ends', async () => {
    await create({ concurrencyPolicy: 'Forbid' })
    await untilNextRun(4.5 * 60_000)
    await expect.poll(namesOfJobs).toEqual([jobAt('00:05')])
    await expect.poll(statusNow).toMatchObject({ active: [jobAt('00:05')] })
    await untilNextRun(5 * 60_000)
    await expect.poll(statusNow).toMatchObject({ nextScheduleTime: '2026-01-01T00:15:00Z' })
    expect(await namesOfJobs()).toEqual([jobAt('00:05')])
    await complete(jobAt('00:05'))
    await expect.poll(namesOfJobs).toEqual([jobAt('00:05'), jobAt('00:10')])
  })

  it('refuses a schedule that cannot be read, in the words of Kubernetes', async () => {
    await expect(create({ schedule: '0 25 * * *' })).rejects.toThrow(
      'spec.schedule: Invalid value: "0 25 * * *": end of range (25) above maximum (23): 25',
    )
  })

  it('fills the limits in', async () => {
    const { spec } = await create()
    expect(spec).toMatchObject({ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
  })
})

describe('the version v2', () => {
  it('shows the schedule in parts', async () => {
    await create()
    const { spec } = await client.get(cronJobs.versions.v2, key)
    expect(spec.schedule).toEqual({
      minute: '*/5',
      hour: '*',
      dayOfMonth: '*',
      month: '*',
      dayOfWeek: '*',
    })
  })

  it('loses nothing on the way to v1 and back', () => {
    checkRoundTrips(cronJobs)
  })
})

/** Waits until the operator waits for its next run, and lets that time pass. */
async function untilNextRun(inMs: number): Promise<void> {
  await clock.timerOf(inMs)
  await clock.advance(inMs)
}

/** As the controller of Jobs would. */
async function complete(name: string): Promise<void> {
  const time = '2026-01-01T00:10:30Z'
  const status = {
    startTime: '2026-01-01T00:05:30Z',
    completionTime: time,
    conditions: [
      { type: 'SuccessCriteriaMet', status: 'True', lastTransitionTime: time },
      { type: 'Complete', status: 'True', lastTransitionTime: time },
    ],
  }
  const patch = { type: 'merge', body: { status } } as const
  await client.status.patch(Job, { namespace: 'default', name }, patch)
}
