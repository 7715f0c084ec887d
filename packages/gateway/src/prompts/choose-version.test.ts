import type { PromptStickiness, PromptTemplateSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { promptUserOf } from '../test-support/prompt-user.ts'
import { promptOf, shareOf } from '../test-support/snapshot.ts'
import { chooseVersion } from './choose-version.ts'

const promptWith = (parts: Partial<PromptTemplateSettings>) =>
  promptOf('x', [{ version: 'a' }, { version: 'b' }], parts)
const ninetyTen = [shareOf('a', 90), shareOf('b', 10)]
const users = Array.from({ length: 2000 }, (_, index) => `user-${index}`)

function versionFor(
  prompt: PromptTemplateSettings,
  user: ReturnType<typeof promptUserOf>,
  point = 0,
): string {
  return chooseVersion(prompt, undefined, user, () => point).version
}

describe('the rollout of a prompt', () => {
  it('shares calls by weight', () => {
    const prompt = promptWith({ rollout: ninetyTen })
    const versions = [0, 0.89, 0.9, 0.99].map((at) => versionFor(prompt, promptUserOf(), at))
    expect(versions).toEqual(['a', 'a', 'b', 'b'])
  })

  it('gives a cohort its own shares, and everybody else the others', () => {
    const match = { groups: ['beta'], consumers: [], headers: [{ name: 'x-try', value: '1' }] }
    const prompt = promptWith({
      rollout: [shareOf('a'), shareOf('b', 1, { cohort: 'beta', match })],
    })
    const groups = new Set(['beta', 'staff'])
    const headers = { 'x-try': '1' }
    expect(versionFor(prompt, promptUserOf({ groups, headers }))).toBe('b')
    expect(versionFor(prompt, promptUserOf({ groups }))).toBe('a')
    expect(versionFor(prompt, promptUserOf({ headers }))).toBe('a')
    expect(versionFor(prompt, promptUserOf())).toBe('a')
  })

  it('knows cohorts by their Consumers', () => {
    const match = { groups: [], consumers: ['team/app'], headers: [] }
    const prompt = promptWith({ rollout: [shareOf('a'), shareOf('b', 1, { match })] })
    expect(versionFor(prompt, promptUserOf({ consumer: 'team/app' }))).toBe('b')
    expect(versionFor(prompt, promptUserOf({ consumer: 'other/app' }))).toBe('a')
  })

  it('adds up the shares of a version in several cohorts', () => {
    const match = { groups: ['g'], consumers: [], headers: [] }
    const cohorts = ['one', 'two', 'three'].map((cohort) => shareOf('b', 30, { cohort, match }))
    const rollout = [shareOf('a'), shareOf('a', 10, { cohort: 'one', match }), ...cohorts]
    const prompt = promptWith({ rollout, sticky: { by: 'EndUser' } })
    const chosen = users.map((endUser) =>
      versionFor(prompt, promptUserOf({ endUser, groups: new Set(['g']) })),
    )
    expect(shareOfB(chosen)).toBeGreaterThan(0.87)
    expect(shareOfB(chosen)).toBeLessThan(0.93)
  })
})

function shareOfB(versions: readonly string[]): number {
  return versions.filter((version) => version === 'b').length / versions.length
}

describe('the version of related calls', () => {
  const byHeader: PromptStickiness = { by: 'Header', header: 'x-session' }

  it.each<[string, PromptStickiness, (value: string) => Parameters<typeof promptUserOf>[0]]>([
    ['a conversation', { by: 'Conversation' }, (conversation) => ({ conversation })],
    ['a Consumer', { by: 'Consumer' }, (tenant) => ({ tenant })],
    ['a person', { by: 'EndUser' }, (endUser) => ({ endUser })],
    ['a header', byHeader, (value) => ({ headers: { 'x-session': value } })],
  ])('is the same for %s, and moves only with its share', (_, sticky, of) => {
    const versions = (weight: number) =>
      users.map((user, index) =>
        versionFor(
          promptWith({ sticky, rollout: [shareOf('a', 100 - weight), shareOf('b', weight)] }),
          promptUserOf(of(user)),
          // What is drawn has no part in it.
          (index % 10) / 10,
        ),
      )
    const [before, again, after] = [versions(10), versions(10), versions(30)]
    expect(again).toEqual(before)
    expect(shareOfB(before)).toBeGreaterThan(0.08)
    expect(shareOfB(before)).toBeLessThan(0.12)
    expect(shareOfB(after)).toBeGreaterThan(0.26)
    expect(shareOfB(after)).toBeLessThan(0.34)
    expect(before.every((version, index) => version === 'a' || after[index] === 'b')).toBe(true)
  })

  it('is that of the conversation where what was to join them is missing', () => {
    const prompt = promptWith({ sticky: byHeader, rollout: ninetyTen })
    const drawn = [0, 0.95].map((at) => versionFor(prompt, promptUserOf({ conversation: 'c' }), at))
    expect(new Set(drawn).size).toBe(1)
    expect([0, 0.95].map((at) => versionFor(prompt, promptUserOf(), at))).toEqual(['a', 'b'])
  })

  it('is drawn where nothing is to join them', () => {
    const prompt = promptWith({ sticky: { by: 'None' }, rollout: ninetyTen })
    const user = promptUserOf({ conversation: 'c', tenant: 't', endUser: 'e' })
    expect([0, 0.95].map((at) => versionFor(prompt, user, at))).toEqual(['a', 'b'])
  })

  it('differs between templates, and between Consumers with users of one name', () => {
    const sticky: PromptStickiness = { by: 'EndUser' }
    const rollout = [shareOf('a', 50), shareOf('b', 50)]
    const one = promptWith({ sticky, rollout })
    const versions = (prompt: PromptTemplateSettings, tenant: string) =>
      users.map((endUser) => versionFor(prompt, promptUserOf({ endUser, tenant })))
    const own = versions(one, 't')
    expect(versions({ ...one, name: 'y' }, 't')).not.toEqual(own)
    expect(versions(one, 'u')).not.toEqual(own)
  })
})
