import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardFiles, dashboardsFolder } from '../dashboards/dashboard-files.ts'
import { root } from '../source-tree.ts'
import { roleFiles, roleFilesFolder } from './role-files.ts'

/** Writes what the chart has of the rules of its roles, and of its dashboards, anew. */
const written = [
  [roleFilesFolder, roleFiles()],
  [dashboardsFolder, dashboardFiles()],
] as const
for (const [path, files] of written) {
  const folder = join(root, path)
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(folder, name), text)
}
