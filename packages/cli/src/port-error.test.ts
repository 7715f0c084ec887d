import { expect, it } from 'vitest'
import { takingPort } from './port-error.ts'

const failing = (code: string) =>
  takingPort('admin-port', Promise.reject(Object.assign(new Error('listen'), { code, port: 80 })))

it.each([
  ['EADDRINUSE', 'port 80 is in use', '--admin-port 0'],
  ['EACCES', 'port 80 requires privileges', '--admin-port and a port of 1024 or above'],
])('%s is explained, with the flag and the variable', async (code, what, remedy) => {
  const error = await failing(code).catch((thrown: unknown) => String(thrown))
  expect(error).toContain(what)
  expect(error).toContain(remedy)
  expect(error).toContain('FAIRLEAD_ADMIN_PORT')
})

it('any other failure is left as it is', async () => {
  await expect(failing('EHOSTUNREACH')).rejects.toMatchObject({ message: 'listen' })
})
