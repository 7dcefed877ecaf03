"""The nightly job as a DAG of Airflow 3: score, then judge the scores. Put it into Airflow's `dags` folder."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

SHOP = "/srv/shop"  # the folder of params.yaml

with DAG("regulars_nightly", schedule="0 3 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1):
    score = BashOperator(
        task_id="score",
        cwd=SHOP,
        bash_command="regulars score --out scores/",
        retries=2,  # goes on from the parts that are finished
        retry_delay=timedelta(minutes=10),
    )
    monitor = BashOperator(
        task_id="monitor",
        cwd=SHOP,
        # Exit code 3 (look) is a success; 4 (stop) and 1 are not.
        bash_command="regulars monitor --scores scores/ || [ $? -eq 3 ]",
    )
    score.set_downstream(monitor)
