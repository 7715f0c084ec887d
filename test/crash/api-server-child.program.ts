import { startApiServer } from '@fairlead/apiserver'

// The API server that api-server.program.ts kills: it says how to reach it, and runs until then.
const [, , dataDir = '', port = '0'] = process.argv
const { url, caCertificate, adminToken } = await startApiServer({ dataDir, port: Number(port) })
process.stdout.write(`${JSON.stringify({ url, caCertificate, adminToken })}\n`)
