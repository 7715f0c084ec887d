import { writeFile } from 'node:fs/promises'
import { faultsPage, pagePath } from './faults-page.ts'

await writeFile(pagePath, await faultsPage())
