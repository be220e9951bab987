export { IaclintPlugin } from './plugin';
export type { IaclintPluginProps, Level } from './plugin';
