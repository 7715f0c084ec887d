import { describe, expect, it } from 'vitest'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import { storePath } from './conversation-stores.ts'

const settings = (path: string): ConversationStoreSettings => ({
  namespace: 'default',
  name: 'local',
  generation: 1,
  type: 'SQLite',
  path,
  ttlMs: undefined,
})

describe('storePath', () => {
  it('counts from the data directory', () => {
    expect(storePath('/data', settings('team/a.db'))).toBe('/data/team/a.db')
  })

  it.each(['../a.db', '/etc/passwd', '.', 'apiserver/objects.db', 'x/../apiserver/objects.db'])(
    'refuses %s',
    (path) => {
      expect(() => storePath('/data', settings(path))).toThrow('below the data directory')
    },
  )
})
