import { describe, expect, it } from 'vitest'
import { storePath } from './store-path.ts'

const pathOf = (path: string | undefined) =>
  storePath({ dataDir: '/data', namespace: 'default', name: 'local', path })

describe('the path of a SQLite store', () => {
  it('is relative to the data directory', () => {
    expect(pathOf('team/a.db')).toBe('/data/team/a.db')
    expect(pathOf(undefined)).toBe('/data/conversations.db')
  })

  it.each(['../a.db', '/etc/passwd', '.', 'apiserver/objects.db', 'x/../apiserver/objects.db'])(
    'is refused when it is %s',
    (path) => expect(() => pathOf(path)).toThrow('below the data directory'),
  )
})
