import { describe, expect, it } from 'vitest'
import { borrowedSettings, separateBorrowedFlags } from './borrowed-flags.ts'

describe('flags of kube-apiserver for fairlead apiserver', () => {
  it('are taken apart with their values, and nothing else is', () => {
    const isOwn = (flag: string) => ['port', 'token-auth-file'].includes(flag)
    const words = ['apiserver', '--port', '0', '--anonymous-auth', '--client-ca-file', 'ca.crt']
    const more = ['--v=2', '--token-auth-file', 'tokens.csv', '--odd']
    expect(separateBorrowedFlags([...words, ...more], isOwn)).toEqual({
      own: ['apiserver', '--port', '0', '--token-auth-file', 'tokens.csv', '--odd'],
      borrowed: ['--anonymous-auth', '--client-ca-file', 'ca.crt', '--v=2'],
    })
  })

  it('leave to the server what they do not say', () => {
    expect(borrowedSettings([])).toEqual({ settings: { serviceAccounts: {} }, needless: [] })
  })

  it('say the mode, and who is answered without credentials', () => {
    const { settings } = borrowedSettings(['--authorization-mode=AlwaysAllow'])
    expect(settings).toMatchObject({ authorization: 'AlwaysAllow', anonymous: false })
    const { settings: others } = borrowedSettings(['--anonymous-auth=false'])
    expect(others).toEqual({ serviceAccounts: {}, anonymous: false })
  })

  it.each([
    [['--secure-port', '6443'], '--secure-port: give --port instead'],
    [['--audit-policy-file=policy.yaml'], '--audit-policy-file: there is no audit log'],
    [['--authorization-mode=ABAC'], '--authorization-mode: "ABAC" is not served'],
  ])('are refused when they ask for what is not done: %j', (words, message) => {
    expect(() => borrowedSettings(words)).toThrow(message)
  })
})
