import type { CurrentModel } from './current-model';
import type { DashboardPanels } from './dashboard-panels';
import type { HelperClient } from './helper-client';
import type { PanelServices } from './panel-services';
import type { Trainings } from './trainings';

/** What the parts of the extension share. */
export interface Services extends PanelServices {
  readonly trainings: Trainings;
  /** Reads data files: checks experiments, looks into files. */
  readonly inspector: HelperClient;
  readonly model: CurrentModel;
  readonly dashboards: DashboardPanels;
}
