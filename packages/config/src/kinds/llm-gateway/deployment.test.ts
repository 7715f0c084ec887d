import { describe, expect, it } from 'vitest'
import { compileAll, conditionsOf } from '../../test-support/resources.ts'

function accepted(name: string, deployment: object | undefined) {
  const gateway = { kind: 'LLMGateway', name, spec: { deployment } }
  return conditionsOf(compileAll(gateway), 'LLMGateway', `default/${name}`).Accepted
}

describe('spec.deployment', () => {
  it.each(['default', 'a', `a${'b'.repeat(54)}`, 'team-2'])('takes the name %s', (name) => {
    expect(accepted(name, {})?.status).toBe('True')
  })

  it.each([`a${'b'.repeat(55)}`, 'a.b', '2nd'])('refuses the name %s', (name) => {
    expect(accepted(name, {})).toMatchObject({
      status: 'False',
      message: expect.stringContaining('of at most 55 lower-case letters, digits and hyphens'),
    })
    expect(accepted(name, undefined)?.status).toBe('True')
  })

  it('refuses to kill Pods before their calls have had their time', () => {
    const spec = (terminationGracePeriodSeconds: number) => ({
      drain: '2m',
      podTemplate: { spec: { terminationGracePeriodSeconds } },
    })
    expect(accepted('default', spec(140))?.status).toBe('True')
    expect(accepted('default', spec(139))).toMatchObject({
      status: 'False',
      message: expect.stringContaining('a drain of 2m takes up to 140 s'),
    })
  })

  it.each(['0s', '61m', 'soon'])('refuses a drain of %s', (drain) => {
    expect(accepted('default', { drain })).toMatchObject({
      status: 'False',
      message: expect.stringContaining('spec.deployment.drain'),
    })
  })
})
