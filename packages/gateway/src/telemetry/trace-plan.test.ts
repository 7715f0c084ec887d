import type { TelemetrySettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { type TelemetryEnvironment, tracePlan } from './trace-plan.ts'

const secret = { namespace: 'default', name: 'collector', key: 'value' }
const environment: TelemetryEnvironment = {
  isDisabled: false,
  tracesURL: 'http://env:4318/v1/traces',
  headers: [['x-env', 'env-secret']],
  resource: {},
  sampling: { isParentBased: true, ratio: 0.5 },
}
const settings = (traces: Partial<TelemetrySettings['traces']> = {}): TelemetrySettings => ({
  semconv: 'Latest',
  traces: { otlp: undefined, samplePercent: undefined, content: false, ...traces },
})
const otlp = { endpoint: 'https://spec/base', headers: [{ name: 'api-key', secret }] }
const planOf = (
  telemetry: TelemetrySettings,
  parts: Partial<TelemetryEnvironment> = {},
  value: string | undefined = ' key\n',
) => tracePlan(telemetry, false, { ...environment, ...parts }, { get: () => value })

describe('how calls are traced', () => {
  it('is said by the environment where the LLMGateway says nothing', () => {
    expect(planOf(settings()).plan).toEqual({
      url: 'http://env:4318/v1/traces',
      headers: [['x-env', 'env-secret']],
      allowPrivate: true,
      sampling: { isParentBased: true, ratio: 0.5 },
      semconv: 'Latest',
      content: false,
    })
  })

  it('is said by the LLMGateway, whose endpoint gets no header of the environment', () => {
    expect(planOf(settings({ otlp, samplePercent: 12.5, content: true })).plan).toEqual({
      url: 'https://spec/base/v1/traces',
      headers: [['api-key', 'key']],
      allowPrivate: false,
      sampling: { isParentBased: true, ratio: 0.125 },
      semconv: 'Latest',
      content: true,
    })
  })

  it('is: not at all, without an endpoint or when the environment disables it', () => {
    const off = { plan: undefined, missing: [] }
    expect(planOf(settings(), { tracesURL: undefined })).toEqual(off)
    expect(planOf(settings({ otlp }), { isDisabled: true })).toEqual(off)
  })

  it('is: not at all, while a header has no value', () => {
    const missing = [{ header: 'api-key', secret }]
    expect(planOf(settings({ otlp }), {}, '')).toEqual({ plan: undefined, missing })
  })
})
